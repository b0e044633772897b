#!/bin/sh
# One test plays the product in a real browser. This finds one, or installs Chromium.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
.venv/bin/python - <<'PYTHON' && exit 0
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not pathlib.Path(playwright.chromium.executable_path).exists())
PYTHON
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1; then
    $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium fonts-noto-core fonts-noto-color-emoji && exit 0
fi
.venv/bin/python -m playwright install chromium && exit 0
echo "The tests need a browser: please install Chromium and run make test again." >&2
exit 1
