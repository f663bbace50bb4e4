// strict-styles.mjs - lets media-chrome live under a policy without 'unsafe-inline'.
//
// Its elements bring <style> elements in the HTML of their shadow roots, which the policy refuses.  While bundling, the
// three places where that happens are handed to assets/shadow.js, which makes constructed style sheets of them.
// What is no longer there in a new version of media-chrome stops the build.
// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";

const FILL = /this\.shadowRoot\.setHTMLUnsafe \? .*? : this\.shadowRoot\.innerHTML = (.*?);|this\.shadowRoot\.innerHTML = (.*?);/g;
const APPEND = /this\.shadowRoot\.append\((.*?)\.content\.cloneNode\(true\)\);/g;

function rewriteRules(text) {
	for (const name of ["getCSSRule", "insertCSSRule"]) {
		const before = text;
		text = text.replace(new RegExp(`^function ${name}\\(.*?^}\\n`, "ms"), "");
		if (text === before)
			throw new Error(`media-chrome's element-utils.js has no function ${name}`);
	}
	return `import { getCSSRule, insertCSSRule } from "clipmill:shadow";\n${text}`;
}

function rewriteFills(text) {
	const filled = text.replace(FILL, (_, one, other) => `fillShadow(this.shadowRoot, ${one ?? other});`)
		.replace(APPEND, (_, template) => `fillShadow(this.shadowRoot, ${template}.innerHTML);`);
	return filled === text ? text : `import { fillShadow } from "clipmill:shadow";\n${filled}`;
}

export function strictStyles(shadow) {
	return { name: "strict-styles", setup(build) {
		let filled = 0;
		build.onResolve({ filter: /^clipmill:shadow$/ }, () => ({ path: shadow }));
		build.onLoad({ filter: /[\\/]media-chrome[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
			const text = readFileSync(path, "utf8");
			const contents = path.endsWith("element-utils.js") ? rewriteRules(text) : rewriteFills(text);
			filled += contents.includes("fillShadow(");
			if (/shadowRoot\.(innerHTML =|setHTMLUnsafe)/.test(contents))
				throw new Error(`${path} fills a shadow root in a way that is not known`);
			return { contents, loader: "js" };
		});
		build.onEnd(() => {
			if (!filled)
				throw new Error("no file of media-chrome fills a shadow root");
		});
	} };
}
