"""skip_part of scripts/env.sh for what only Python finds missing."""
import os
import sys


def skip_part(key, reason):
    """Says what is not checked; with CI=true that ends the program, unless it is allowed."""
    line = f"{key}: {reason}"
    print(f"skipped: {line}", flush=True)
    if path := os.environ.get("CUTPOINT_SKIPS"):
        with open(path, "a") as f:
            f.write(f"{os.path.basename(sys.argv[0])}: {line}\n")
    if os.environ.get("CI") == "true" and key not in os.environ.get("CUTPOINT_MAY_SKIP", "").split():
        sys.exit(f"{sys.argv[0]}: with CI=true, nothing may be skipped for want of {key}")
