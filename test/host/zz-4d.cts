import { readFileSync } from 'node:fs';
import { Editor } from './browserPage.cts';
void (async () => {
	const { url } = JSON.parse(readFileSync('/tmp/zz.json', 'utf8'));
	const editor = await Editor.open(url);
	const page = (editor as any).page;
	try {
		await page.goto(`${url}/home/executions`); await page.waitForTimeout(4000); await editor.snapshot('/tmp/zz4-50-executions.png');
	} catch (e) { console.log(e); }
	await editor.close();
})();
