/**
 * RFC 6570 URI templates, all four levels: HAL links may carry them (`/channels{?members}`).
 * https://www.rfc-editor.org/rfc/rfc6570
 */
export type TemplateValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>> | null | undefined;

interface Operator {
	first: string;
	separator: string;
	/** Writes `name=value` instead of the value alone. */
	named: boolean;
	/** After the name of an empty value. */
	ifEmpty: string;
	/** Keeps reserved characters as they are. */
	reserved: boolean;
}

const plain: Operator = { first: '', separator: ',', named: false, ifEmpty: '', reserved: false };
/** Appendix A of the RFC. */
const OPERATORS: Readonly<Record<string, Operator>> = {
	'+': { ...plain, reserved: true },
	'#': { ...plain, first: '#', reserved: true },
	'.': { ...plain, first: '.', separator: '.' },
	'/': { ...plain, first: '/', separator: '/' },
	';': { ...plain, first: ';', separator: ';', named: true },
	'?': { ...plain, first: '?', separator: '&', named: true, ifEmpty: '=' },
	'&': { ...plain, first: '&', separator: '&', named: true, ifEmpty: '=' },
};

/** `template` with its variables filled in; those without a value vanish. A URL without variables stays as it is. */
export function expandTemplate(template: string, values: Readonly<Record<string, TemplateValue>> = {}): string {
	return template.replace(/\{([+#./;?&])?([^{}]*)\}/g, (_whole, symbol: string | undefined, list: string) => {
		const operator = (symbol === undefined ? undefined : OPERATORS[symbol]) ?? plain;
		const parts = list.split(',').flatMap((one) => expandOne(one.trim(), values, operator));
		return parts.length === 0 ? '' : operator.first + parts.join(operator.separator);
	});
}

function expandOne(variable: string, values: Readonly<Record<string, TemplateValue>>, operator: Operator): string[] {
	const [, name = '', explode, length] = /^([^*:]*)(?:(\*)|:(\d{1,4}))?$/.exec(variable) ?? [];
	const value = Object.hasOwn(values, name) ? values[name] : undefined;
	if (value === undefined || value === null) return [];
	const encode = (text: string) => encoded(text, operator.reserved);
	const label = (key: string, text: string) => (operator.named ? key + (text === '' ? operator.ifEmpty : `=${text}`) : text);
	if (typeof value !== 'object') return [label(name, encode(Array.from(String(value)).slice(0, length === undefined ? undefined : Number(length)).join('')))];

	if (isList(value)) {
		if (value.length === 0) return [];
		return explode ? value.map((one) => label(name, encode(one))) : [label(name, value.map(encode).join(','))];
	}
	const pairs = Object.entries(value);
	if (pairs.length === 0) return [];
	if (!explode) return [label(name, pairs.flatMap(([key, one]) => [encode(key), encode(one)]).join(','))];
	return pairs.map(([key, one]) => (operator.named ? label(encode(key), encode(one)) : `${encode(key)}=${encode(one)}`));
}

function isList(value: object): value is readonly string[] {
	return Array.isArray(value);
}

/** Percent-encodes all but unreserved characters; with `reserved` also keeps reserved ones and what is encoded already. */
function encoded(text: string, reserved: boolean): string {
	const strict = (part: string) => encodeURIComponent(part).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
	if (!reserved) return strict(text);
	return text
		.split(/(%[0-9a-f]{2}|[:/?#[\]@!$&'()*+,;=])/i)
		.map((part, index) => (index % 2 === 1 ? part : strict(part)))
		.join('');
}
