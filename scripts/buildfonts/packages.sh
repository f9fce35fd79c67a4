# Sourced after env.sh by the scripts that need Debian's fonts.
# shellcheck shell=bash

# unpack_fonts FOLDER unpacks the packages that the fallback font is made of, which are
# kept in ~/.cache/cutpoint, or skips the script.
unpack_fonts() {
  local kept=${XDG_CACHE_HOME:-$HOME/.cache}/cutpoint/fonts path sum file
  command -v dpkg-deb >/dev/null || skip packages "dpkg-deb is not installed"
  mkdir -p "$kept"
  while read -r sum path; do
    file=$kept/${path##*/}
    if ! echo "$sum  $file" | sha256sum --check --status 2>/dev/null; then
      curl -sSfL -o "$file" "https://deb.debian.org/debian/pool/main/f/$path" ||
        skip packages "$path cannot be had from deb.debian.org"
      echo "$sum  $file" | sha256sum --check --quiet
    fi
    dpkg-deb -x "$file" "$1"
  done <<'PACKAGES'
64904820b729ff40038f85683004e3b94b328d969bc0fbba263c58d635452923 fonts-noto/fonts-croscore_20201225-1_all.deb
58f4f0bb6720f919f92096b3508e1412a0f1544424ade6c5b5bf1eb694dd64ba fonts-noto/fonts-noto-core_20201225-1_all.deb
4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502 fonts-noto-cjk/fonts-noto-cjk_20220127+repack1-1_all.deb
PACKAGES
}
