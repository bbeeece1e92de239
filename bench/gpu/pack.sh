#!/usr/bin/env bash
# bench/gpu/pack.sh FOLDER: the programs that a bare Linux x86-64 machine lacks, as xz archives that need nothing but tar there:
#   FOLDER/node.tar.xz      Node, Dawn's binding (npm package webgpu), Vulkan's and OpenGL's loaders   for part a
#   FOLDER/chrome.tar.xz    headless Chromium with its libraries, the loaders, a font                  for part b
#   FOLDER/unxz.tar         xz itself
# Needs Debian (x86-64) with the package chromium, whose libraries are taken, npm, and the network of both. What is there is kept.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
level='--x86 --lzma2=preset=9e,dict=128MiB'
command -v apt-get >/dev/null || { echo 'pack: needs Debian’s apt-get; see bench/gpu/README.md' >&2; exit 1; }

libraries() { # copies every library that the given programs link, except the C library’s
  ldd "$@" | awk '$3 ~ /^\// {print $3}' | grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv)\.so' | sort -u
}
unpack() { # the files of Debian packages, into $work/x
  mkdir -p "$work/deb"
  (cd "$work/deb" && apt-get download -qq "$@" >/dev/null)
  for file in "$work"/deb/*.deb; do dpkg -x "$file" "$work/x"; done
}

if [ ! -f "$out/unxz.tar" ]; then
  mkdir -p "$work/unxz"
  cp "$(command -v xz)" "$work/unxz/"
  libraries "$work/unxz/xz" | while read -r so; do cp -L "$so" "$work/unxz/"; done
  tar -C "$work" -cf "$out/unxz.tar" unxz
fi

if [ ! -f "$out/node.tar.xz" ]; then
  mkdir -p "$work/node/lib"
  # NVIDIA's Vulkan driver links the loaders of OpenGL, and through them X11's client library, though nothing is shown.
  unpack libvulkan1 libegl1 libglvnd0 libgl1 libglx0 libgles2 libopengl0 libx11-6 libxext6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0
  cp "$(readlink -f "$(command -v node)")" "$work/node/node"
  strip "$work/node/node"
  libraries "$work/node/node" | while read -r so; do cp -L "$so" "$work/node/lib/"; done
  cp -L "$work"/x/usr/lib/x86_64-linux-gnu/lib{vulkan,EGL,GLdispatch,GL,GLX,GLESv2,OpenGL,X11,Xext,xcb,Xau,Xdmcp,bsd,md}.so.* "$work/node/lib/"
  cp -r bench/node_modules/webgpu "$work/node/webgpu"
  find "$work/node/webgpu/dist" -mindepth 1 -maxdepth 1 ! -name linux-x64 -exec rm -rf {} +
  tar -C "$work" -c node | xz -T1 $level >"$out/node.tar.xz"
fi

if [ ! -f "$out/chrome.tar.xz" ]; then
  mkdir -p "$work/chrome/lib" "$work/chrome/locales"
  unpack chromium-headless-shell chromium-common libegl1 libglvnd0 libgl1 libglx0 libgles2 libopengl0
  cp "$work"/x/usr/lib/chromium/* "$work/chrome/" 2>/dev/null || true
  cp "$work/x/usr/lib/chromium/locales/en-US.pak" "$work/chrome/locales/"
  # Chromium’s own software adapter stays: without it the pack could not be tried on a machine that has no GPU.
  rm -f "$work"/chrome/{libVkLayer*,libVkICD*,chrome_crashpad_handler,chrome_200_percent.pak,*.TOC}
  {
    libraries "$work/chrome/chromium-headless-shell"
    find /usr/lib/x86_64-linux-gnu -name 'libnss3.so' -o -name 'libsoftokn3.so' -o -name 'libfreebl*3.so' -o -name 'libnssckbi.so'
  } | sort -u | while read -r so; do cp -L "$so" "$work/chrome/lib/"; done
  cp -L "$work"/x/usr/lib/x86_64-linux-gnu/lib{EGL,GLdispatch,GL,GLX,GLESv2,OpenGL}.so.* "$work/chrome/lib/"
  cp -L "$(find /usr/share/fonts -name 'DejaVuSans.ttf' | head -1)" "$work/chrome/"
  tar -C "$work" -c chrome | xz -T1 $level >"$out/chrome.tar.xz"
fi
ls -l "$out"
