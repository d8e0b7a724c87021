/** Words from which course names are put together, by language. `{t}` is where the topic goes. */
export interface Tongue {
  readonly language: string;
  readonly forms: readonly string[];
  readonly topics: readonly string[];
}

export const tongues: readonly Tongue[] = [
  {
    language: 'en',
    forms: ['Introduction to {t}', '{t} in Practice', 'Advanced {t}', '{t} for Managers', '{t}: Essentials'],
    topics: [
      'Data Engineering',
      'Cloud Security',
      'Workplace Safety',
      'Machine Learning',
      'Project Planning',
      'Business Writing',
      'Inclusive Leadership',
      'Incident Response',
      'Statistics & Probability',
      'Public Speaking',
      'Supply Chains',
      'Accessibility',
    ],
  },
  {
    language: 'de',
    forms: ['Einführung in {t}', '{t} für Führungskräfte', '{t} – Grundlagen', 'Praxiskurs {t}'],
    topics: ['Arbeitssicherheit', 'Datenschutz', 'Qualitätsprüfung', 'Gesprächsführung', 'Rechnungswesen'],
  },
  {
    language: 'fr',
    forms: ['Introduction à {t}', '{t} : les bases', '{t} pour débutants'],
    topics: ['la cybersécurité', 'l’économie circulaire', 'la gestion d’équipe', 'la rédaction'],
  },
  {
    language: 'es',
    forms: ['Introducción a {t}', '{t} paso a paso', '{t}: nivel avanzado'],
    topics: ['la programación', 'la atención al cliente', 'los datos abiertos', 'la negociación'],
  },
  {
    language: 'ja',
    forms: ['{t}入門', '実践{t}', '{t}の基礎'],
    topics: ['情報セキュリティ', 'データ分析', '安全衛生', 'プロジェクト管理'],
  },
  {
    language: 'ar',
    forms: ['مقدمة في {t}', 'أساسيات {t}'],
    topics: ['تحليل البيانات', 'السلامة المهنية', 'إدارة المشاريع'],
  },
];

export const orgs = ['edX', 'ContosoU', 'NorthwindX', 'FabrikamAcademy', 'TailspinX', 'AdatumLearn'] as const;

export const firstNames =
  'Aiko,Amara,Anton,Bea,Carlos,Chidi,Dana,Elif,Emil,Farid,Grace,Hana,Ines,Ivan,Jamal,Jonas,Kaori,Lena,Liam,Lucia,Mara,Mei,Nadia,Noah,Olga,Omar,Priya,Quinn,Rosa,Samir,Sofia,Tomas,Uma,Viktor,Wen,Yara'.split(
    ',',
  );
export const lastNames =
  'Abe,Adeyemi,Berg,Castro,Chen,Diallo,Duarte,Evans,Fischer,Garcia,Haddad,Ito,Jensen,Kaya,Khan,Larsen,Lopez,Moreau,Nguyen,Novak,Okafor,Patel,Petrov,Quist,Rossi,Sato,Schmidt,Silva,Tanaka,Umarov,Vega,Weber,Wong,Yilmaz,Zhou'.split(
    ',',
  );
