import Link from 'next/link';
import { allLessons } from '../lessons/load.ts';
import { Header } from './player/header.tsx';
import { LayersFigure } from './ui/layers-figure.tsx';

export default async function LandingPage() {
  const lessons = await allLessons();
  const [first] = lessons;
  return (
    <div className="landing">
      <Header />
      <main>
        <section className="hero">
          <div>
            <h1>Images and containers, by doing</h1>
            <p>
              Drydock is a container engine in a browser tab. Read a lesson, edit a Dockerfile, type real{' '}
              <code>docker</code> commands, and watch what each one does to the layers.
            </p>
            {first && (
              <p className="hero-actions">
                <Link href={`/lessons/${first.slug}/`} className="button button-primary">
                  Start the first lesson
                </Link>
                <span className="text-muted">{first.frontMatter.minutes} minutes, no account</span>
              </p>
            )}
          </div>
          <LayersFigure />
        </section>

        <section aria-labelledby="how">
          <h2 id="how">How it works</h2>
          <ul className="facts">
            <li>
              <h3>A real Linux machine</h3>
              <p>
                A Linux 6.1 kernel runs in the page, in an emulator. <code>RUN</code> steps and containers are processes
                on it, with namespaces, cgroups and overlay file systems of their own.
              </p>
            </li>
            <li>
              <h3>Real images</h3>
              <p>
                What you build is an OCI image: content-addressed layers, a configuration, a manifest. Other tools load
                it unchanged.
              </p>
            </li>
            <li>
              <h3>Docker’s own words</h3>
              <p>
                The engine speaks Docker’s API, and the commands take Docker’s flags and print Docker’s columns. What
                you learn here works there.
              </p>
            </li>
            <li>
              <h3>Nothing to break</h3>
              <p>
                It all runs in your tab. Delete the host’s root directory if you like: the machine restarts in about a
                second.
              </p>
            </li>
          </ul>
        </section>

        <section aria-labelledby="lessons">
          <h2 id="lessons">Lessons</h2>
          <ol className="lesson-list">
            {lessons.map(({ slug, frontMatter }) => (
              <li key={slug}>
                <Link href={`/lessons/${slug}/`}>
                  <span className="lesson-step-number">{frontMatter.order}</span>
                  <span>
                    <strong>{frontMatter.title}</strong>
                    <span className="text-muted">{frontMatter.summary}</span>
                  </span>
                  <span className="lesson-minutes">{frontMatter.minutes} min</span>
                </Link>
              </li>
            ))}
          </ol>
        </section>

        <section aria-labelledby="limits">
          <h2 id="limits">Limits</h2>
          <ul className="limits">
            <li>
              The machine is an emulated 32-bit PC with 256 MB of memory. It runs programs some twenty times slower than
              your own computer.
            </li>
            <li>
              It has no way to the internet. <code>docker pull</code> gets{' '}
              <Link href="/images/" className="text-link" prefetch={false}>
                what this site carries
              </Link>
              : small base images, built as stand-ins for those of the same name.
            </li>
            <li>A current browser with WebAssembly is needed, and about 400 MB of memory while a lesson is open.</li>
          </ul>
        </section>
      </main>
      <footer className="landing-footer">Drydock is free software under the MIT licence.</footer>
    </div>
  );
}
