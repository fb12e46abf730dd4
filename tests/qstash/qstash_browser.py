"""A headless browser for the tests of the web page: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
#: it asks nobody for anything by itself
FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
#: Milliseconds; for machines that do something else at the same time
PATIENCE = 30_000
OpenPage = Callable[..., "Page"]


def missing() -> str:
    """Why there is no browser, or an empty text."""
    if shutil.which(CHROMIUM) is None:
        return f"no {CHROMIUM}: sh tests/packages.sh installs it, as root (apt-get install chromium)"
    return ""


@contextmanager
def launch() -> Iterator[Browser]:
    """A browser with a profile of its own, which is gone with it."""
    from playwright.sync_api import expect, sync_playwright

    if reason := missing():
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What a page said and asked for, besides what it shows."""

    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def follow(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))


#: Every piece of text that can be seen, with its contrast (WCAG 2.2, 1.4.3); a lab colour is drawn to learn its value.
CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a)];
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  const light = (colour) => colour.slice(0, 3)
    .map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    const text = walker.currentNode.data.trim(), isSeen = element.getBoundingClientRect().width >= 2;
    if (!text || !isSeen || style.visibility === 'hidden' || element.closest('noscript')) continue;
    const behind = ground(element), shades = [light(over(rgba(style.color), behind)), light(behind)];
    const [more, less] = shades.sort((one, other) => other - one);
    found.push([text.slice(0, 40), Math.round((more + 0.05) / (less + 0.05) * 100) / 100]);
  }
  return found;
}"""
