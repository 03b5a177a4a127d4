#!/bin/sh
# Installs PostgreSQL and Redis where they are missing. The tests start their own: Debian must not start any.
set -eu

missing=""
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "Install these first, or run as root on Debian:$missing" >&2
  exit 1
fi

policy=/usr/sbin/policy-rc.d # what Debian asks before it starts a service; 101 means no
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi
apt-get update --quiet
# shellcheck disable=SC2086 # several packages
DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends $missing
