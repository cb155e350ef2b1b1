/** kuard as a container of its own: the demo's, for clusters that can pull none. */
import { createKuard } from '../../deploy/demo/roles/kuard.ts';

process.title = 'kuard';
createKuard().listen(8080, '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
