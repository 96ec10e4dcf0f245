/** `npm run readme`: writes the generated parts of README.md and docs/. */
import { readFileSync, writeFileSync } from 'node:fs';

import { generatedFiles } from './generated.cts';

for (const [file, text] of Object.entries(generatedFiles((name) => readFileSync(name, 'utf8')))) {
	writeFileSync(file, text);
	console.log(`written: ${file}`);
}
