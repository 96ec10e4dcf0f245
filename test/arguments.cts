import { readFileSync } from 'node:fs';
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** How a script is called: its first comment says it. */
export function usageOf(script: string): string {
	const [, comment = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(script, 'utf8')) ?? [];
	return comment.replace(/^[ \t]*\* ?/gm, '').trim();
}

/** With `--help`, a script says how it is called, and ends. */
export function showHelp(usage: string): void {
	if (!process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) return;
	console.log(usage);
	process.exit(0);
}

/** Node's `parseArgs`, with `--help`; what cannot be read is one sentence and how the script is called. */
export function readArguments<const Config extends ParseArgsConfig>(usage: string, config: Config): ReturnType<typeof parseArgs<Config>> {
	showHelp(usage);
	try {
		return parseArgs(config);
	} catch (error) {
		console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
		process.exit(1);
	}
}
