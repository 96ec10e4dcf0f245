import type { Job } from '../model.cts';

/** Short forms of Flatchr's lists: the ids that the dossier knows, and a few to choose from. */
interface Reference {
	id: number;
	text: string;
}

export const ACTIVITIES: Reference[] = [
	{ id: 12, text: 'Hôtellerie' },
	{ id: 25, text: 'Internet' },
];
export const CHANNELS: Reference[] = [
	{ id: 2, text: 'Commerce/Vente' },
	{ id: 7, text: 'Logistique' },
];
export const OCCUPATIONS: Record<number, Reference[]> = {
	2: [
		{ id: 49, text: 'Commercial conseil' },
		{ id: 54, text: "Chargé d'affaires" },
	],
	7: [{ id: 91, text: 'Cariste' }],
};
export const CONTRACTS: Array<Reference & { employment: Job['employment'] }> = [
	{ id: 1, text: 'CDI', employment: 'FULL_TIME' },
	{ id: 2, text: 'CDD', employment: 'CONTRACT' },
	{ id: 3, text: 'Stage', employment: 'INTERNSHIP' },
	{ id: 4, text: 'Saisonnier', employment: 'SEASONAL' },
	{ id: 5, text: 'Temps partiel', employment: 'PART_TIME' },
];
export const EDUCATION_LEVELS: Reference[] = [
	{ id: 5, text: 'Bac+3' },
	{ id: 6, text: 'Bac+5' },
];

export const textOf = (list: readonly Reference[], id: number): string | null => list.find((one) => one.id === id)?.text ?? null;
export const shown = (list: readonly Reference[]): Reference[] => list.map(({ id, text }) => ({ id, text }));
