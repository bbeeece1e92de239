#!/bin/bash
# The GPU day on a bare Linux x86-64 machine: bash day.sh a|b|unpack [full|trial] [seconds]. It lies beside what it unpacks.
#   unpack  takes this folder's archives to $DAY (/opt/gpu-day), for a later call
#   a       Node on Dawn: GPU.md §5
#   b       the built page in headless Chromium, and the peers
# Results go to $OUT/r.jsonl, a line each, as soon as they are there; $OUT is the current folder where it is not set.
set -uo pipefail
part=${1:?a, b or unpack} mode=${2:-full} seconds=${3:-340}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
day=${DAY:-/opt/gpu-day}
out=${OUT:-$PWD}
mkdir -p "$day" "$out"

if [ -f "$here/unxz.tar" ] && [ ! -d "$day/unxz" ]; then tar -C "$day" -xf "$here/unxz.tar"; fi
unxz() { LD_LIBRARY_PATH="$day/unxz" "$day/unxz/xz" -dc; }
cp "$here"/day-*.mjs "$here"/*.py "$here"/*.whl "$day/" 2>/dev/null
cp "$here"/*.part.* "$day/" 2>/dev/null
if [ -f "$here/node.tar.xz" ] && [ ! -x "$day/node/node" ]; then unxz <"$here/node.tar.xz" | tar -C "$day" -x; fi
if [ -f "$here/page.tar.xz" ]; then unxz <"$here/page.tar.xz" | tar -C "$day" -x; fi
[ "$part" = unpack ] && { ls "$day"; exit 0; }

# The driver’s file for Vulkan, where the loader does not find it by itself.
for file in /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json /usr/share/vulkan/icd.d/nvidia_icd.json /etc/vulkan/icd.d/nvidia_icd.json; do
  if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] && [ -f "$file" ]; then export VK_DRIVER_FILES=$file VK_ICD_FILENAMES=$file; fi
done
for file in /usr/local/nvidia/share/glvnd/egl_vendor.d/10_nvidia.json /usr/share/glvnd/egl_vendor.d/10_nvidia.json; do
  if [ -z "${__EGL_VENDOR_LIBRARY_FILENAMES:-}" ] && [ -f "$file" ]; then export __EGL_VENDOR_LIBRARY_FILENAMES=$file; fi
done
# For programs of the machine itself, which must not find the pack’s libraries.
export SYSTEM_LIBRARIES=${LD_LIBRARY_PATH:-}
export WEBGPU=$day/node/webgpu XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/tmp} DAY=$day
node() { LD_LIBRARY_PATH="$day/node/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" "$day/node/node" "$@"; }
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader >"$out/card.txt" 2>&1

case $part in
  a) run="--max-old-space-size=60000 $day/day-a.mjs" ;;
  b)
    if [ ! -x "$day/chrome/chromium-headless-shell" ]; then cat "$day"/chrome.part.* | unxz | tar -C "$day" -x; fi
    run="--max-old-space-size=24000 $day/day-b.mjs"
    ;;
  *) echo "day.sh: unknown part $part" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086
node $run "$out/r.jsonl" "$mode" "$seconds" >"$out/log-$part.txt" 2>&1
code=$?
tail -c 4000 "$out/log-$part.txt"
exit $code
