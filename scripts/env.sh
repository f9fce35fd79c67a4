# Sourced by the scripts: what they need and may lack.
# shellcheck shell=bash disable=SC2034 # PYTHON, TORCH_PYTHON and WEIGHTS are for the sourcing script

# skip_part KEY REASON says what is not checked; the script goes on. With CI=true it
# fails instead, unless CUTPOINT_MAY_SKIP lists KEY. CUTPOINT_SKIPS names a file that
# collects what was skipped.
skip_part() {
  echo "skipped: $1: $2"
  if [ -n "${CUTPOINT_SKIPS:-}" ]; then
    echo "${0##*/}: $1: $2" >>"$CUTPOINT_SKIPS"
  fi
  if [ "${CI:-}" = true ] && [[ " ${CUTPOINT_MAY_SKIP:-} " != *" $1 "* ]]; then
    echo "${0##*/}: with CI=true, nothing may be skipped for want of $1" >&2
    exit 1
  fi
}

# skip KEY REASON ends the script: with code 0, or with 1 where skip_part fails.
skip() {
  skip_part "$@"
  exit 0
}

# need_folders FOLDER… skips the script where one of them is absent.
need_folders() {
  local folder
  for folder; do
    [ -d "$folder" ] || skip data "the folder $folder is absent; --help says what may be named instead"
  done
}

# python_env NAME PACKAGE… makes a virtual environment once and sets PYTHON, or skips
# the script where Python or the packages cannot be had.
python_env() {
  local name=$1
  shift
  local dir=${XDG_CACHE_HOME:-$HOME/.cache}/cutpoint/python-$name
  PYTHON=$dir/bin/python
  if [ "$(cat "$dir/packages" 2>/dev/null)" = "$*" ]; then
    return
  fi
  command -v python3 >/dev/null || skip python "python3 is not installed"
  rm -rf "$dir"
  python3 -m venv "$dir" >/dev/null 2>&1 ||
    skip python "python3 cannot make a virtual environment (Debian: apt install python3-venv)"
  "$dir/bin/pip" install --quiet --disable-pip-version-check "$@" ||
    skip packages "pip cannot install $*"
  echo "$*" >"$dir/packages"
}

# python_extra PACKAGE… adds packages to the environment of python_env, or says that
# they cannot be had and returns 1.
python_extra() {
  local done=${PYTHON%/bin/python}/extra
  if [ "$(cat "$done" 2>/dev/null)" = "$*" ]; then
    return
  fi
  if ! "${PYTHON%python}pip" install --quiet --disable-pip-version-check "$@"; then
    skip_part packages "pip cannot install $*"
    return 1
  fi
  echo "$*" >"$done"
}

# torch_env sets TORCH_PYTHON to a Python with PyTorch: the one that TORCH names, or one
# that is installed once, with TORCH=1 or CI=true (5 GB). Otherwise TORCH_PYTHON is empty.
torch_env() {
  local packages=(torch==2.15.0 torchvision==0.29.2 numpy==2.4.6 onnx==1.23.2 onnxscript==0.7.2
    pillow==12.3.0 pyarrow==26.0.1 safetensors==0.6.2)
  TORCH_PYTHON=
  case ${TORCH:-} in
  "" | 1) ;;
  *) TORCH_PYTHON=$TORCH && return ;;
  esac
  local installed=${XDG_CACHE_HOME:-$HOME/.cache}/cutpoint/python-torch/packages
  if [ "${TORCH:-}" != 1 ] && [ "${CI:-}" != true ] && [ ! -f "$installed" ]; then
    skip_part torch "PyTorch is not installed; TORCH=1 installs it (5 GB)"
    return
  fi
  local before=${PYTHON:-}
  python_env torch "${packages[@]}"
  TORCH_PYTHON=$PYTHON PYTHON=$before
}

# build_programs builds both programs into bin/.
build_programs() { CGO_ENABLED=0 go build -o bin/ ./cmd/featurize ./cmd/fit; }

# imagenet_weights sets WEIGHTS to a file of ImageNet weights, rebuilt from the
# shared data if none is named, or skips the script.
imagenet_weights() {
  WEIGHTS=${WEIGHTS:-${XDG_CACHE_HOME:-$HOME/.cache}/cutpoint/vgg19_imagenet.safetensors}
  if [ -f "$WEIGHTS" ]; then
    return
  fi
  [ -f ../shared/tools/vgg19weights/main.go ] || skip weights "there are no ImageNet weights; name them with WEIGHTS=FILE"
  mkdir -p "$(dirname "$WEIGHTS")"
  go run ../shared/tools/vgg19weights/main.go -o "$WEIGHTS.part"
  mv "$WEIGHTS.part" "$WEIGHTS"
}
