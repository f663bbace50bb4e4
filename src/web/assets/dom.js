// dom.js - makes elements.  Strings become text nodes, never markup.
// SPDX-License-Identifier: MIT

function setOne(element, name, value) {
	if (name.startsWith("on"))
		element.addEventListener(name.slice(2), value);
	else if (name in element && !["list", "form"].includes(name))
		element[name] = value;
	else if (value !== false && value != null)
		element.setAttribute(name, value === true ? "" : value);
}

// make("a.quiet", { href, onclick }, "text", otherElement, null)
export function make(what, properties = {}, ...children) {
	const [tag, ...classes] = what.split("."), element = document.createElement(tag);
	element.className = classes.join(" ");
	for (const [name, value] of Object.entries(properties))
		setOne(element, name, value);
	element.append(...children.flat().filter((child) => child != null && child !== false));
	return element;
}

// A text of a user: isolated, so that one that runs from right to left moves nothing around it.
export const isolated = (text) => make("bdi", {}, text);

const SVG = "http://www.w3.org/2000/svg";

// An icon of 20 by 20, from the commands of one path.
export function icon(d) {
	const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
	svg.setAttribute("viewBox", "0 0 20 20");
	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	path.setAttribute("d", d);
	svg.append(path);
	return svg;
}

// Makes `items` the children, in this order.  Who is in place already is not touched: taken out and put back it would lose
// its focus, and the click that is just being made.
export function arrange(parent, items) {
	const wanted = new Set(items), focused = document.activeElement;
	for (const child of [...parent.children].filter((child) => !wanted.has(child)))
		child.remove();
	items.forEach((item, i) => parent.children[i] === item || parent.insertBefore(item, parent.children[i] ?? null));
	if (document.activeElement !== focused && parent.contains(focused))
		focused.focus({ preventScroll: true });
}

// Changes a text only where it is another: screen readers and layout have less to do.
export function setText(element, text) {
	if (element.textContent !== text)
		element.textContent = text;
}

// A line of parts, strings or elements; as setText(), it touches nothing where it would read the same.
export function setLine(element, parts) {
	const line = make("p", {}, parts.filter(Boolean).flatMap((part, i) => i ? [" · ", part] : [part]));
	if (element.textContent !== line.textContent)
		element.replaceChildren(...line.childNodes);
}

// A link or button that copies `text`.
export function copyButton(text, what) {
	const button = make("button.small", { type: "button", title: what }, "Copy");
	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(text());
			button.textContent = "Copied";
		} catch {
			button.textContent = "Select it, then copy";
		}
		setTimeout(() => { button.textContent = "Copy"; }, 2000);
	});
	return button;
}
