// problem.mjs - an error as RFC 9457 has it, and as doc/http-api.md promises.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";

// Checks status, type, code and shape; `word` must stand in the detail.  Returns the problem.
export function readProblem(answer, status, code, word = "") {
	assert.equal(answer.status, status, answer.text);
	assert.equal(answer.headers["content-type"], "application/problem+json", answer.text);
	const problem = answer.json;
	assert.equal(problem.status, status);
	assert.equal(problem.code, code, answer.text);
	assert.equal(problem.type, `urn:clipmill:error:${code}`);
	for (const member of ["title", "detail", "advice"])
		assert.ok(problem[member]?.length > 3, `${member} of ${answer.text}`);
	assert.ok(problem.detail.includes(word), `"${word}" in: ${problem.detail}`);
	return problem;
}
