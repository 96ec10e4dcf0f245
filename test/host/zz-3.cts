import { readFileSync } from 'node:fs';
import { Editor } from './browserPage.cts';
void (async () => {
	const { url } = JSON.parse(readFileSync('/tmp/zz.json', 'utf8'));
	const editor = await Editor.open(url);
	try {
	for (const [i, sentence] of ['Send a message to a candidate', 'Get many messages', 'Update a candidate'].entries()) {
		await editor.newWorkflow();
		await editor.openNodeCreator();
		await editor.search('ATS');
		const actions = await editor.sentences('ATS', 'Actions');
		if (i === 0) console.log(actions.join('\n'));
		await editor.pick(sentence);
		await (editor as any).page.waitForTimeout(1500);
		console.log('-----', sentence, '\n', (await editor.text()).slice(0, 900));
		await editor.snapshot(`/tmp/zz3-${i}.png`);
	}
	} catch (e) { console.log(e); await editor.snapshot('/tmp/zz3-fail.png'); }
	await editor.close();
})();
