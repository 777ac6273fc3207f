#!/usr/bin/env bash
# Runs notebooks/weft-colab.ipynb from top to bottom on this checkout, with Jupyter from Debian's packages, and leaves the executed page.
# Usage: eng/notebook.sh [OUTPUT.html]     WEFT_EPOCHS (default 3) and WEFT_LIMIT (training images, default all) make it shorter.
set -euo pipefail
root=$(cd "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
output=$(realpath -m "${1:-weft-colab.html}")
python=${PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import nbconvert, ipykernel, matplotlib' 2>/dev/null; then
    echo "needed: apt-get install jupyter-nbconvert python3-ipykernel python3-matplotlib" >&2
    exit 2
fi
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp "$root/notebooks/weft-colab.ipynb" "$place/"
cd "$place"
export WEFT_DIR=$root HOME=$place JUPYTER_PATH=/usr/share/jupyter DOTNET_CLI_HOME=${DOTNET_CLI_HOME:-$HOME}
"$python" -m nbconvert --to html --execute --ExecutePreprocessor.timeout=3600 --ExecutePreprocessor.kernel_name=python3 --output "$output" weft-colab.ipynb
grep -o 'all of it took [^<]*' "$output" | tail -n 1
