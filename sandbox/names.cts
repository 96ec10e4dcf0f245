/** Words the world is made of. Names with accents on purpose: they find encoding mistakes. */
export const FIRST = 'Amélie Noah Zoë Łukasz Priya Mateo Ingrid Kwame Yuki Sofia Omar Greta Diego Aïsha Björn Chloé Tomáš Fatima Elif Hugo Nadia Søren Lucía Ravi Marta Jonas Leïla Piotr Emma Liam Olivia Hana Viktor Anaïs Samir Freya Jakub Rosa Ewan Mei'.split(' ');
export const LAST = "Martin Müller Garcia Nowak Rossi Lefèvre Andersson O'Brien Kaya Tanaka Silva Schmidt Dubois Horváth Okafor Jensen Novák Moreau Weber Costa Bianchi Petrov Van-Dijk Larsen Fischer Ahmed Sato Kowalski Fernández Laurent Becker Haddad Lindqvist Marín Keller Duval Ferrari Bakker Popescu Singh".split(' ');
export const TITLES = ['Account Executive', 'Backend Engineer', 'Care Assistant', 'Data Analyst', 'Electrician', 'Financial Controller', 'Forklift Driver', 'Frontend Engineer', 'HR Business Partner', 'Head of Support', 'Marketing Manager', 'Nurse', 'Office Manager', 'Product Designer', 'Product Manager', 'Sales Development Representative', 'Site Reliability Engineer', 'Store Manager', 'Support Agent', 'Talent Partner', 'Warehouse Operator', 'Workplace Coordinator'];
export const DEPARTMENTS = ['Engineering', 'Sales', 'Operations', 'People', 'Finance', 'Marketing', 'Customer Support', 'Care'];
export const PLACES = [
	{ city: 'Paris', country: 'FR', state: 'Île-de-France', street: '12 rue de Rivoli', zip: '75004' },
	{ city: 'Berlin', country: 'DE', state: 'Berlin', street: 'Torstraße 99', zip: '10119' },
	{ city: 'Lyon', country: 'FR', state: null, street: '3 place Bellecour', zip: '69002' },
	{ city: 'Dublin', country: 'IE', state: null, street: '1 Grand Canal Square', zip: 'D02' },
	{ city: 'New York', country: 'US', state: 'NY', street: '350 5th Avenue', zip: '10118' },
	{ city: 'Stockholm', country: 'SE', state: null, street: 'Sveavägen 44', zip: '111 34' },
];
export const STAGES = ['Applied', 'Screening', 'Phone interview', 'On-site interview', 'Offer', 'Hired'];
export const JOB_STAGES = ['Case study', 'Trial day', 'Reference check'];
export const REASONS = ['Not a fit for the position', 'Salary expectations too high', 'Withdrew', 'Position filled', 'No answer'];
export const TAGS = ['Bilingual', 'Driving licence', 'Former intern', 'Night shifts', 'Referral', 'Remote only', 'Senior', 'Speaks German', 'Urgent', 'Willing to move'];
export const SOURCES = ['LinkedIn', 'Indeed', 'Career page', 'Referral', 'Agency', 'Job fair'];
export const COMPANIES = ['Nordlicht GmbH', 'Atelier Bleu', 'Harbor & Sons', 'Cielo S.p.A.', 'Initrode', 'Vandelay Industries'];
export const INTERVIEWS = ['Phone screen', 'Technical interview', 'Team interview', 'Final conversation'];
export const NOTES = ['Strong answers on teamwork.', 'Available from next month.', 'Asked for the salary range.', 'Would like to work four days a week.', 'Please call back after 5 p.m.'];
export const MAILS: ReadonlyArray<readonly [string, string]> = [
	['Your application', 'Thank you for your application. We will come back to you within a week.'],
	['Interview', 'Would Tuesday at 10 suit you for a first conversation?'],
	['Documents', 'Could you send us your certificates?'],
];
export const REPLIES = ['Thank you, Tuesday suits me well.', 'Please find my certificates attached.', 'Could we make it a little later?'];

/** `Zoë O'Brien` -> `zoe.obrien` */
export function slugOf(...words: string[]): string {
	return words
		.join('.')
		.normalize('NFKD')
		.replace(/ł/gi, 'l')
		.replace(/ø/gi, 'o')
		.replace(/ß/g, 'ss')
		.replace(/[^a-zA-Z0-9. -]/g, '')
		.replace(/ /g, '-')
		.toLowerCase();
}
