# Sourced by the conformance scripts: python_env NAME PACKAGE… makes a virtual
# environment once and sets PYTHON, or ends the script with a message and code 0
# where Python or its packages cannot be had.
# shellcheck shell=bash disable=SC2034 # PYTHON and WEIGHTS are for the sourcing script
python_env() {
  local name=$1
  shift
  local dir=${XDG_CACHE_HOME:-$HOME/.cache}/cutpoint/python-$name
  PYTHON=$dir/bin/python
  if [ "$(cat "$dir/packages" 2>/dev/null)" = "$*" ]; then
    return
  fi
  if ! command -v python3 >/dev/null; then
    echo "skipped: python3 is not installed"
    exit 0
  fi
  rm -rf "$dir"
  if ! python3 -m venv "$dir" >/dev/null 2>&1; then
    echo "skipped: python3 cannot make a virtual environment (Debian: apt install python3-venv)"
    exit 0
  fi
  if ! "$dir/bin/pip" install --quiet --disable-pip-version-check "$@"; then
    echo "skipped: the package registry cannot be reached, or lacks one of: $*"
    exit 0
  fi
  echo "$*" >"$dir/packages"
}

# python_extra PACKAGE… adds packages to the environment of python_env, or says that
# they cannot be had and returns 1: what needs them is skipped.
python_extra() {
  local done=${PYTHON%/bin/python}/extra
  if [ "$(cat "$done" 2>/dev/null)" = "$*" ]; then
    return
  fi
  if ! "${PYTHON%python}pip" install --quiet --disable-pip-version-check "$@"; then
    echo "not installed, since the package registry cannot be reached or lacks it: $*"
    return 1
  fi
  echo "$*" >"$done"
}

# build_programs builds both programs into bin/.
build_programs() { CGO_ENABLED=0 go build -o bin/ ./cmd/featurize ./cmd/fit; }

# imagenet_weights sets WEIGHTS to a file of ImageNet weights, rebuilt from the
# shared data if none is named, or ends the script with a message and code 0.
imagenet_weights() {
  WEIGHTS=${WEIGHTS:-${XDG_CACHE_HOME:-$HOME/.cache}/cutpoint/vgg19_imagenet.safetensors}
  if [ -f "$WEIGHTS" ]; then
    return
  fi
  if [ ! -f ../shared/tools/vgg19weights/main.go ]; then
    echo "skipped: no ImageNet weights; name them with WEIGHTS=FILE"
    exit 0
  fi
  mkdir -p "$(dirname "$WEIGHTS")"
  go run ../shared/tools/vgg19weights/main.go -o "$WEIGHTS"
}
