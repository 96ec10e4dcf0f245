/** Text of others must not stop n8n: every regular expression of the shipped code meets what it fears. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

const ROOT = join(__dirname, '../..');
const LENGTH = 8_000;

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

/** Milliseconds of the processor: others may be busy. */
function costOf(expression: RegExp, text: string): number {
	const begun = process.cpuUsage().user;
	new RegExp(expression.source, expression.flags.replace(/[gy]/g, '')).exec(text);
	return (process.cpuUsage().user - begun) / 1000;
}

/** What takes quadratic time, on this machine; linear time is a thousandth of it. */
const quadratic = costOf(/=+$/, `${'='.repeat(LENGTH)}a`);
/** The second look is for what something else, such as the collector of garbage, took of the first. */
const isSlow = (expression: RegExp, text: string): boolean => [1, 2].every(() => costOf(expression, text) > quadratic / 13);

const found = [...new Map(expressions().map((one) => [String(one.expression), one])).values()];

it('there are expressions to look at', () => {
	expect(found.length).toBeGreaterThan(50);
});

it('no expression takes more than linear time on what it fears', () => {
	expect(found.flatMap(({ where, expression }) => fears(expression).filter((text) => isSlow(expression, text)).map((text) => `${where} on ${JSON.stringify(text.slice(0, 8))}`))).toEqual([]);
});

it.each([[/=+$/, '='], [/(a+)b/, 'a'], [/\s*,$/, ' ']])('this test sees %s, which does', (expression, unit) => {
	expect(isSlow(expression, `\u0001${unit.repeat(LENGTH)}\u0001`)).toBe(true);
});
