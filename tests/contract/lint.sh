#!/usr/bin/env bash
# Lints proto/ with buf. Usage: lint.sh SOURCE_DIR WORK_DIR
# WORK_DIR keeps the installed linter, so that a second run installs nothing.
set -euo pipefail
source_dir=$1
work_dir=$2
googleapis=/usr/share/gocode/src/github.com/gogo/googleapis

mkdir -p "$work_dir"
if ! cmp -s "$source_dir/tests/contract/package-lock.json" "$work_dir/package-lock.json"; then
  cp "$source_dir"/tests/contract/package{,-lock}.json "$work_dir/"
  (cd "$work_dir" && npm ci --silent --ignore-scripts --no-audit --no-fund) || { rm -f "$work_dir/package-lock.json"; echo "npm ci failed" >&2; exit 1; }
fi
cp "$source_dir/tests/contract/buf.yaml" "$work_dir/"
cd "$source_dir/proto"
find glutwatch -name '*.proto' -print0 | xargs -0 protoc -I . -I "$googleapis" \
  --include_imports --include_source_info -o "$work_dir/image.binpb"
cd "$work_dir"
node_modules/@bufbuild/buf-linux-x64/bin/buf lint image.binpb --path glutwatch
echo "buf lint: clean"
