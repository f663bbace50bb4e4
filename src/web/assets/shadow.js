// shadow.js - fills shadow roots without <style> elements: their text becomes constructed style sheets, which a strict
// Content-Security-Policy allows.  The build puts it in the place of media-chrome's own functions (strict-styles.mjs).
// SPDX-License-Identifier: MIT

const sheets = new Map();       // text of a style -> its sheet, shared by all elements of a kind

function sharedSheet(text) {
	if (!sheets.has(text)) {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(text);
		sheets.set(text, sheet);
	}
	return sheets.get(text);
}

// The sheet that belongs to this root alone; always its last.
function ownSheet(root) {
	let sheet = root.clipmillSheet;
	if (!sheet) {
		sheet = root.clipmillSheet = new CSSStyleSheet();
		root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
	}
	return sheet;
}

// Appends HTML to a shadow root.  Declarative shadow roots in it are left to the elements themselves.
export function fillShadow(root, html) {
	const template = document.createElement("template");
	template.innerHTML = html;
	for (const nested of template.content.querySelectorAll("template[shadowrootmode]"))
		nested.remove();
	const found = [...template.content.querySelectorAll("style")];
	const own = ownSheet(root), others = root.adoptedStyleSheets.filter((sheet) => sheet !== own);
	root.adoptedStyleSheets = [...others, ...found.map((style) => sharedSheet(style.textContent)), own];
	found.forEach((style) => style.remove());
	root.append(template.content);
}

// Rules of media-chrome's helpers are those of the root's own sheet: shared ones stay as they are.
export function getCSSRule(root, predicate) {
	return [...ownSheet(root).cssRules].find(({ selectorText }) => predicate(selectorText));
}

export function insertCSSRule(root, selector) {
	const sheet = ownSheet(root);
	return sheet.cssRules[sheet.insertRule(`${selector}{}`, sheet.cssRules.length)];
}
