"""The plain evaluator: codes rows one by one, written apart from the engine in order to prove it."""
