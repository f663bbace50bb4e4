// problem.mjs - an error as RFC 9457 has it, and as doc/http-api.md promises.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";

// Errors whose type is registered by draft-ietf-httpbis-resumable-upload.
const REGISTERED = {
	wrong_offset: "mismatching-upload-offset", inconsistent_length: "inconsistent-upload-length", upload_was_complete: "completed-upload",
};

// Checks status, type, code and shape; `word` must stand in the detail.  Returns the problem.
export function readProblem(answer, status, code, word = "") {
	assert.equal(answer.status, status, answer.text);
	assert.equal(answer.headers["content-type"], "application/problem+json", answer.text);
	const problem = answer.json;
	assert.equal(problem.status, status);
	assert.equal(problem.code, code, answer.text);
	assert.equal(problem.type, REGISTERED[code] ? `https://iana.org/assignments/http-problem-types#${REGISTERED[code]}`
		: `urn:clipmill:error:${code}`);
	for (const member of ["title", "detail", "advice"])
		assert.ok(problem[member]?.length > 3, `${member} of ${answer.text}`);
	assert.ok(problem.detail.includes(word), `"${word}" in: ${problem.detail}`);
	return problem;
}
