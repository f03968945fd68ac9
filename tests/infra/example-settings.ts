// Settings that are right, for tests to synthesize or to spoil.

const certificate = 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b';

export const right = {
  dev: { region: 'eu-central-1', sender: 'example.org' },
  prod: {
    region: 'eu-central-1',
    sender: 'example.org',
    mailFrom: 'bounce.example.org',
    linkDomain: 'go.example.org',
    linkCertificate: certificate,
    apiDomain: 'volley.example.org',
    apiCertificate: certificate,
    alarmEmail: 'ops@example.org',
  },
} as const;
