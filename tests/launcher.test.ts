import { expect, test } from 'vitest';
import { refuseOldNode } from '../bin/refuse-old-node.js';

test.each(['22.18.0', '22.23.2', '23.6.0', '24.0.0', '24.21.0', '26.10.0'])(
  'Node %s may run Verbatim',
  (version) => {
    expect(refuseOldNode(version)).toBeNull();
  },
);

test.each(['12.22.12', '18.20.8', '20.20.2', '22.17.1', '23.5.0'])(
  'Node %s gets one plain sentence',
  (version) => {
    const sentence = refuseOldNode(version);
    expect(sentence).toContain(`this is Node ${version}`);
    expect(sentence).toContain('npm start');
    expect(sentence).not.toContain('\n');
  },
);
