"""Compares engine and plain evaluator on rulebooks that no run has drawn before: `make nightly`.

Each turn is a process of its own, with a seed of its own: durable-rules keeps something of every ruleset for
as long as a process lives. A turn may take so much memory and time, no more. One that is killed, or does not
end, names the rulebook it had in hand.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom

from random_rulebooks.rulebook import IN_HAND

HERE = Path(__file__).parent
TESTS = [str(HERE / name) for name in ("test_plain_evaluator.py", "test_laws_of_coding.py")]
FRESH = SystemRandom().randrange(10**9)
GIGABYTE = 2**30


def main() -> int:
    """Run turns of fresh seeds, or those that follow a given one; 1 where one found something."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--turns", type=int, default=10, help="each some hundred rulebooks")
    arguments.add_argument("--seed", type=int, default=FRESH, help="of the first turn")
    arguments.add_argument("--memory", type=int, default=6, help="gigabytes that a turn may address")
    arguments.add_argument("--minutes", type=int, default=60, help="that a turn may take")
    chosen = arguments.parse_args()
    limit_memory(chosen.memory * GIGABYTE)  # and so for every turn
    failed = []
    for seed in range(chosen.seed, chosen.seed + chosen.turns):
        print(f"seed {seed}", flush=True)
        command = [sys.executable, "-m", "pytest", "--quiet", f"--hypothesis-seed={seed}", *TESTS]
        wrong = what_went_wrong(command, minutes=chosen.minutes)
        if wrong:
            print(f"{wrong}\nAgain: make nightly SEED={seed} TURNS=1", flush=True)
            failed.append(seed)
    print(f"{chosen.turns} turns, {len(failed)} of them found something {failed or ''}".rstrip())
    return bool(failed)


def limit_memory(most: int) -> None:
    """Let this process and those it starts address so many bytes, or fewer where fewer are allowed."""
    allowed = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def what_went_wrong(command: Sequence[str], *, minutes: float) -> str:
    """Run the tests of a turn; give what they found, with the rulebook, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        in_hand = Path(folder) / "rulebook.md"
        environment = {**os.environ, "HYPOTHESIS_PROFILE": "nightly", IN_HAND: str(in_hand)}
        try:
            done = subprocess.run(
                command, env=environment, timeout=minutes * 60, capture_output=True, text=True, check=False
            )
        except subprocess.TimeoutExpired:
            ended, output = f"not done after {minutes} minutes", ""
        else:
            ended, output = f"killed by signal {-done.returncode}", done.stdout + done.stderr
            if done.returncode >= 0:
                return output if done.returncode else ""
        rulebook = in_hand.read_text(encoding="utf-8") if in_hand.exists() else "none was drawn yet"
        return f"{output}\n{ended}; the rulebook in hand:\n{rulebook}"


if __name__ == "__main__":
    sys.exit(main())
