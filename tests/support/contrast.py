"""Text on a page whose contrast with its background is below that of WCAG 2.2, level AA."""

from __future__ import annotations

from typing import Any

__all__ = ["faint_texts"]

# For each visible text: its colour (the fill, in a plot) over the backgrounds behind it, by the formulas of
# https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; 3 for large text, 4.5 for other.
_SCRIPT = """() => {
  const channels = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((value, i) => a * value + (1 - a) * below[i]);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length && colour[3] !== 0) layers.push(colour);
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || element.closest("script, noscript, option")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const background = behind(element);
    const colour = over(channels(element.closest("svg") ? style.fill : style.color), background);
    const [light, dark] = [luminance(colour), luminance(background)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < (large ? 3 : 4.5)) found.add(`${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
  }
  return [...found];
}"""


def faint_texts(page: Any) -> list[str]:
    """The texts, each with its contrast."""
    faint: list[str] = page.evaluate(_SCRIPT)
    return faint
