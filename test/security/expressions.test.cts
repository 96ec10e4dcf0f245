/** Text of others must not stop n8n: every regular expression of the shipped code meets what it fears. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

const ROOT = join(__dirname, '../..');
const LENGTH = 100_000;
/** Linear time is a few milliseconds; quadratic time would be many seconds, on any machine. Processor time: others may be busy. */
const MOST_CPU_MS = 1_500;

interface Found {
	where: string;
	expression: RegExp;
}

function expressions(): Found[] {
	return ['lib', 'nodes', 'credentials'].flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.ts'))
			.flatMap((name) => {
				const source = ts.createSourceFile(name, readFileSync(join(ROOT, folder, name), 'utf8'), ts.ScriptTarget.ES2022, true);
				const found: Found[] = [];
				const visit = (node: ts.Node): void => {
					if (ts.isRegularExpressionLiteral(node)) {
						const end = node.text.lastIndexOf('/');
						found.push({ where: `${folder}/${name}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${node.text}`, expression: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) });
					}
					node.forEachChild(visit);
				};
				visit(source);
				return found;
			}),
	);
}

/** Long runs of what the expression itself names, and of what usually hurts, each with an end that does not fit. */
function fears({ source }: RegExp): string[] {
	const literals = source.replace(/\\[dwsDWSbBpP]|\\u[0-9a-f]{4}|[()[\]{}|?*+^$]/gi, ' ').split(/\s+/).filter((part) => part.length > 0 && part.length <= 12);
	const units = new Set([...'= /\\"<>&%.-_{}(;,:0a\t\n', '\\"', '%4', '<!--', '="', 'a=', 'a ', '0-', ...literals, ...literals.flatMap((part) => [...part])]);
	return [...units].map((unit) => `\u0001${unit.repeat(Math.ceil(LENGTH / unit.length))}\u0001`);
}

function use(expression: RegExp, text: string): void {
	new RegExp(expression.source, expression.flags.replace(/[gy]/g, '')).exec(text);
}

const found = [...new Map(expressions().map((one) => [String(one.expression), one])).values()];

it('there are expressions to look at', () => {
	expect(found.length).toBeGreaterThan(50);
});

it('no expression takes more than linear time on 100 KB of what it fears', () => {
	const slow = found.flatMap(({ where, expression }) => {
		for (const text of fears(expression)) {
			const begun = process.cpuUsage().user;
			use(expression, text);
			const tookMs = (process.cpuUsage().user - begun) / 1000;
			if (tookMs > MOST_CPU_MS) return [`${where} on ${JSON.stringify(text.slice(0, 8))}: ${Math.round(tookMs)} ms`];
		}
		return [];
	});
	expect(slow).toEqual([]);
});

it('this test sees the ones that do', () => {
	const begun = process.cpuUsage().user;
	use(/=+$/, `${'='.repeat(LENGTH)}a`);
	expect((process.cpuUsage().user - begun) / 1000).toBeGreaterThan(MOST_CPU_MS);
});
