import type { Metadata } from 'next';
import type { CatalogueEntry } from '../../engine/registry/catalogue.ts';
import { Header } from '../player/header.tsx';
import { humanSize, plural } from '../ui/words.ts';
import { siteCatalogue } from './catalogue.ts';
import { CopyCommand } from './copy-command.tsx';

export const metadata: Metadata = {
  title: 'Images that can be pulled here',
  description: 'The base images of this site’s own registry: names, tags, sizes, and what they are.',
};

export default async function ImagesPage() {
  const { repositories } = await siteCatalogue();
  return (
    <div className="landing">
      <Header />
      <main className="images-page">
        <h1>Images that can be pulled here</h1>
        <p>
          The machine of a lesson has no way to the internet, so <code>docker pull</code> and <code>FROM</code> find
          what this site’s own registry carries: {plural(repositories.length, 'image')}, small, for{' '}
          <code>linux/386</code>. What you build on them yourself you can push to <code>localhost:5000</code>, and pull
          from there.
        </p>
        <ul className="image-list">
          {repositories.map((entry) => (
            <li key={entry.name}>
              <ImageCard entry={entry} />
            </li>
          ))}
        </ul>
      </main>
      <footer className="landing-footer">
        Sizes are what a pull fetches: layers are compressed on the way and larger on disk.
      </footer>
    </div>
  );
}

function ImageCard({ entry }: { readonly entry: CatalogueEntry }) {
  const { name, tags, size, description, standIn, base, sources, upstream } = entry;
  const reference = tags.includes('latest') ? name : `${name}:${tags[0]}`;
  return (
    <article className="image-card" aria-labelledby={`image-${name}`}>
      <header>
        <h2 id={`image-${name}`}>{name}</h2>
        <span className="image-size">{humanSize(size)}</span>
      </header>
      <p>{description}</p>
      <CopyCommand command={`docker pull ${reference}`} />
      <dl>
        <div>
          <dt>Tags</dt>
          <dd>
            {tags.map((tag) => (
              <code key={tag}>{tag}</code>
            ))}
          </dd>
        </div>
        {standIn && (
          <div>
            <dt>Stand-in</dt>
            <dd>{sentence(standIn)}</dd>
          </div>
        )}
        {base && (
          <div>
            <dt>Stands on</dt>
            <dd>
              <a href={`#image-${base}`}>{base}</a>: layers that you have already are not fetched again
            </dd>
          </div>
        )}
        {upstream && (
          <div>
            <dt>Copied from</dt>
            <dd>{upstream}</dd>
          </div>
        )}
      </dl>
      {sources && sources.length > 0 && (
        <details>
          <summary>Made from {plural(sources.length, 'source package')} of Debian</summary>
          <ul>
            {sources.map((source) => (
              <li key={source}>{source}</li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}

const sentence = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
