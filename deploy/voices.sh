#!/bin/sh
# /usr/local/bin/voices: every command as the bot's own account, with the bot's own settings.
set -eu
set -a
. /etc/voices/env
set +a
cd /var/lib/voices
exec runuser -u voices -- /opt/voices/.venv/bin/voices "$@"
