import { bytesOf, fileAddress, fileFrom, inlineFile } from '../../lib/http/files';
import { fileTypeOf, isWebPage } from '../../lib/http/fileType';
import { fileNameIn, fileNameInUrl, mediaTypeOf, percentDecoded, safeName } from '../../lib/http/headers';
import { parseJson } from '../../lib/http/json';

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

describe('the name in a Content-Disposition', () => {
	it.each([
		[`attachment; filename="Resume_Munoz.pdf"; filename*=UTF-8''R%C3%A9sum%C3%A9%20Mu%C3%B1oz.pdf`, 'Résumé Muñoz.pdf'],
		[`attachment; filename*=UTF-8'fr'R%C3%A9sum%C3%A9.pdf`, 'Résumé.pdf'],
		[`attachment; filename*=utf-8''R%c3%a9sum%c3%a9.pdf; filename="x.pdf"`, 'Résumé.pdf'],
		[`attachment; filename*=ISO-8859-1''R%E9sum%E9.pdf`, 'Résumé.pdf'],
		['attachment; filename="Lebenslauf; Max M.pdf"', 'Lebenslauf; Max M.pdf'],
		['attachment; filename="He said \\"yes\\".pdf"', 'He said "yes".pdf'],
		['attachment;filename=cv.pdf', 'cv.pdf'],
		['ATTACHMENT; FILENAME = "cv.pdf" ; size=12', 'cv.pdf'],
		['inline; size=3; filename=My CV.pdf', 'My CV.pdf'],
		['filename="cv.pdf"', 'cv.pdf'],
		['attachment; filename="never ends.pdf', 'never ends.pdf'],
		['attachment; filename="R\xe9sum\xe9.pdf"', 'Résumé.pdf'],
		[`attachment; filename="${latin1('Résumé Łukasz.pdf')}"`, 'Résumé Łukasz.pdf'],
		['attachment; filename="R%C3%A9sum%C3%A9.pdf"', 'Résumé.pdf'],
		['attachment; filename="100% M\xfcller.pdf"', '100% Müller.pdf'],
		['attachment; filename="=?UTF-8?B?UsOpc3Vtw6kucGRm?="', 'Résumé.pdf'],
		['attachment; filename="=?ISO-8859-1?Q?R=E9sum=E9_2.pdf?="', 'Résumé 2.pdf'],
		[`attachment; filename*0*=UTF-8''R%C3%A9; filename*1="sum.pdf"`, 'Résum.pdf'],
		['attachment; filename="../../etc/passwd"', '_._etc_passwd'],
		['attachment; filename="Marketing/Sales CV.pdf"', 'Marketing_Sales CV.pdf'],
		['attachment; filename="C:\\Users\\ann\\cv.pdf"', 'C:_Users_ann_cv.pdf'],
		['attachment; filename="cv\u202efdp.exe"', 'cvfdp.exe'],
	])('%j is %j', (header, name) => {
		expect(fileNameIn(header)).toBe(name);
	});

	it.each([[undefined], [''], ['attachment'], ['attachment; filename='], ['attachment; filename=""'], [`attachment; filename*=''`]])('%j holds none', (header) => {
		expect(fileNameIn(header)).toBeUndefined();
	});
});

describe('names of others', () => {
	it.each([['..', 'file'], ['', 'file'], ['a\0b.pdf', 'ab.pdf'], ['\ud800.pdf', 'pdf'], ['.htaccess', 'htaccess'], ['a\u2215..\uff0fetc\uff3cb.pdf', 'a_._etc_b.pdf'], ['<img src="x">.pdf', '_img src="x"_.pdf'], ['nul.pdf', '_nul.pdf'], ['con\u00advention.pdf', 'convention.pdf'], [`${'😀'.repeat(100)}.pdf`, `${'😀'.repeat(59)}.pdf`], [`${'ü'.repeat(300)}.docx`, `${'ü'.repeat(117)}.docx`]])('%j becomes %j', (name, safe) => {
		expect(safeName(name)).toBe(safe);
	});

	it.each([
		['https://files.example/a/R%C3%A9sum%C3%A9.pdf?X-Sig=1', 'Résumé.pdf'],
		['https://files.example/a/R%E9sum%E9.pdf', 'Résumé.pdf'],
		['https://files.example/a/100%.pdf', '100%.pdf'],
		['https://files.example/a/%2e%2e%2fcv.pdf', '_cv.pdf'],
		['https://files.example/a/b', undefined],
		['https://files.example/', undefined],
	])('%s ends with %j', (address, name) => {
		expect(fileNameInUrl(address)).toBe(name);
	});

	it('decode in linear time, whatever they hold', () => {
		expect(percentDecoded('%'.repeat(100_000))).toHaveLength(100_000);
		expect(percentDecoded('%F0%9F%98%80 😀')).toBe('😀 😀');
	});
});

describe('the type of a file', () => {
	const pdf = Buffer.from('%PDF-1.7 …');
	const zip = Buffer.from('PK\x03\x04 …');
	it.each([
		[{ declared: 'application/octet-stream', name: 'cv.pdf' }, 'application/pdf'],
		[{ declared: 'application/octet-stream', data: pdf }, 'application/pdf'],
		[{ declared: 'text/plain; charset=utf-8', name: 'cv.pdf', data: pdf }, 'application/pdf'],
		[{ declared: 'text/plain; charset=utf-8', name: 'cv.pdf' }, 'application/pdf'],
		[{ declared: 'text/plain; charset=utf-8', name: 'notes' }, 'text/plain'],
		[{ declared: 'Application/PDF' }, 'application/pdf'],
		[{ declared: 'image/png', data: pdf }, 'application/pdf'],
		[{ declared: 'application/zip', name: 'cv.docx', data: zip }, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
		[{ data: Buffer.from('PK\x03\x04 [Content_Types].xml word/document.xml') }, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
		[{ data: zip }, 'application/zip'],
		[{ declared: 'application/msword', data: Buffer.from([0xd0, 0xcf, 0x11, 0xe0]) }, 'application/msword'],
		[{ declared: 'application/octet-stream', name: 'cv', data: Buffer.from('???') }, undefined],
		[{ declared: null, name: null }, undefined],
		[{ declared: 'nonsense' }, undefined],
		[{ name: 'cv.constructor' }, undefined],
		[{ name: 'cv.__proto__' }, undefined],
		[{ declared: '"application/pdf"; name=x' }, 'application/pdf'],
	])('%j is %s', (file, type) => {
		expect(fileTypeOf(file)).toBe(type);
	});

	it('of a header comes without its parameters', () => {
		expect(mediaTypeOf(' Text/HTML ; charset=x')).toBe('text/html');
	});

	it.each([['<!DOCTYPE html>', true], ['\ufeff\n <!-- x --> <HTML lang=de>', true], ['<?xml version="1.0"?><!DOCTYPE html>', true], ['<svg>', false], ['%PDF-1.4 <html>', false], ['plain', false]])('%j is a web page: %s', (text, page) => {
		expect(isWebPage(Buffer.from(text))).toBe(page);
	});
});

describe('a file of a service', () => {
	const answer = (body: string, headers: Record<string, string> = {}) => ({ status: 200, headers, body: Buffer.from(body), sentAt: 0, tookMs: 0 });

	it('has the name and type that are known, else the ones that came', () => {
		expect(fileFrom(answer('%PDF-1', { 'content-disposition': 'attachment; filename=a.pdf', 'content-type': 'application/octet-stream' }), {})).toEqual({ data: Buffer.from('%PDF-1'), name: 'a.pdf', mimeType: 'application/pdf' });
		expect(fileFrom(answer('x'), { name: 'b.docx', mimeType: 'APPLICATION/octet-stream' })).toMatchObject({ name: 'b.docx', mimeType: expect.stringContaining('wordprocessingml') });
		expect(fileFrom(answer('x'), {}, 'https://files.example/c')).toEqual({ data: Buffer.from('x'), name: 'file' });
	});

	it.each([['<html>Please sign in</html>', /"cv.pdf".*web page/], ['', /"cv.pdf" is empty/], ['{"error":"expired"}', /"cv.pdf".*message/], ['<h1>403</h1>', /"cv.pdf".*message/], ['\ufeff<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', /"cv.pdf".*message/]])('that is %j is an error which names it', (body, message) => {
		expect(() => fileFrom(answer(body), { name: 'cv.pdf' })).toThrow(message);
	});

	it('may begin with a bracket where its type does', () => {
		for (const [body, name] of [['{\\rtf1 x}', 'cv.rtf'], ['{"a":1}', 'cv.json'], ['[1]', 'cv'], ['<svg/>', 'a.svg'], ['{\\rtf1 x}', 'cv.doc']] as const) expect(fileFrom(answer(body), { name }).data.toString()).toBe(body);
	});

	it('may be a page of HTML where its name says so', () => {
		expect(fileFrom(answer('<html>'), { name: 'letter.html' }).mimeType).toBe('text/html');
	});

	it.each([
		['data:application/pdf;base64,JVBERi0=', { data: Buffer.from('%PDF-'), name: 'cv.pdf', mimeType: 'application/pdf' }],
		['data:application/pdf; BASE64 ,JVBERi0%3D', { data: Buffer.from('%PDF-'), name: 'cv.pdf', mimeType: 'application/pdf' }],
		['JVBE\nRi0=', { data: Buffer.from('%PDF-'), name: 'cv.pdf', mimeType: 'application/pdf' }],
		['JVBERi0', { data: Buffer.from('%PDF-'), name: 'cv.pdf', mimeType: 'application/pdf' }],
		['data:text/plain,a%20b%E4', { data: Buffer.from('a bä'), name: 'cv.pdf', mimeType: 'application/pdf' }],
	])('stands inline as %j', (content, file) => {
		expect(inlineFile(content, { name: 'cv.pdf' })).toEqual(file);
	});

	it.each([['this is no base64!'], ['Not available'], ['null'], ['n/a'], ['Confidential'], ['See attachment in ATS'], ['<html>'], ['JVBERi0=x'], ['A'], [''], [null]])('inline as %j is an error which names it', (content) => {
		expect(() => inlineFile(content, { name: 'cv.pdf' })).toThrow('"cv.pdf"');
	});

	it('without an address is an error which names it', () => {
		for (const address of [null, undefined, '', ' ', 7]) expect(() => fileAddress({ address, name: 'cv.pdf' })).toThrow('The file "cv.pdf" has no address');
		expect(fileAddress({ address: ' https://x.example/a ' })).toBe('https://x.example/a');
		expect(bytesOf('_-8')).toEqual(Buffer.from([0xff, 0xef]));
	});
});

describe('JSON of others', () => {
	it('may begin with a byte order mark', () => {
		expect(parseJson(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
	});

	it('keeps the digits of long numbers, as texts', () => {
		expect(parseJson('{"id":9007199254740993,"n":-12345678901234567890,"safe":9007199254740991,"f":1234567890123456.5,"e":1e400,"t":"9007199254740993 \\" 9007199254740993","l":[12345678901234567890]}')).toEqual({
			id: '9007199254740993',
			n: '-12345678901234567890',
			safe: 9007199254740991,
			f: 1234567890123456.5,
			e: Infinity,
			t: '9007199254740993 " 9007199254740993',
			l: ['12345678901234567890'],
		});
	});

	it('is refused in linear time where it is none', () => {
		for (const text of [`"${'\\"'.repeat(200_000)}1234567890123456`, '{"a":', '\ufeff']) expect(() => parseJson(text)).toThrow(SyntaxError);
	});
});
