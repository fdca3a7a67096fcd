"""Excel rules of medical coders, compiled with durable-rules, that code visit exports."""
