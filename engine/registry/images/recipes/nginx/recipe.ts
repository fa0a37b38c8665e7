import type { Directory } from '../../../../files/node.ts';
import { installPackages } from '../../packages/install.ts';
import { excludes, type PathRule } from '../../packages/path-filter.ts';
import { RootBuilder } from '../../packages/root-builder.ts';
import { SLIM } from '../debian/slim.ts';
import type { Recipe, RecipeInput } from '../recipe.ts';

/** What other programs than nginx would read: init systems, log rotation, firewalls, editors. */
const RULES: readonly PathRule[] = [
  ...SLIM,
  ...excludes(
    '/etc/init.d/*',
    '/etc/logrotate.d/*',
    '/etc/ufw/*',
    '/lib/systemd/*',
    '/usr/share/apport/*',
    '/usr/share/vim/*',
    '/usr/lib/*/engines-3/*',
    // Debian's ways of arranging sites, which this image's nginx.conf does not read.
    '/etc/nginx/sites-*',
    '/etc/nginx/snippets/*',
  ),
];

export const NGINX: Recipe = {
  name: 'nginx',
  tags: ['latest', '1', '1.22', '1.22.1'],
  base: 'debian',
  packages: ['libssl3', 'nginx', 'nginx-common'],
  description: 'The web server nginx 1.22, serving /usr/share/nginx/html on port 80',
  standIn: "this nginx is the lab's stand-in: Debian's nginx 1.22, without its dynamic modules",
  licences: '/usr/share/doc/*/copyright',
  rootfs({ packages, below, files, created }: RecipeInput): Directory {
    const root = new RootBuilder(created);
    installPackages(root, { packages, below, rules: RULES, rulesFile: 'nginx' });
    return root
      .merge(files)
      .symlink('var/log/nginx/access.log', '/dev/stdout')
      .symlink('var/log/nginx/error.log', '/dev/stderr')
      .tree();
  },
};
