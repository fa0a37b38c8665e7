import type { Metadata } from 'next';
import { lessonSlugs, loadLesson } from '../../../lessons/load.ts';
import { bootScript } from '../../engine/boot-script.ts';
import { Player } from '../../player/player.tsx';
import { labAssets } from '../lab.ts';
import { LessonContent } from '../mdx.tsx';

interface Params {
  readonly params: Promise<{ readonly slug: string }>;
}

export const dynamicParams = false;

export async function generateStaticParams(): Promise<{ slug: string }[]> {
  return (await lessonSlugs()).map((slug) => ({ slug }));
}

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const { frontMatter } = await loadLesson((await params).slug);
  return { title: frontMatter.title, description: frontMatter.summary };
}

export default async function LessonPage({ params }: Params) {
  const [lesson, assets] = await Promise.all([params.then(({ slug }) => loadLesson(slug)), labAssets()]);
  const { worker, guest } = assets;
  const boot = await bootScript({ assets: { worker, guest }, workspace: lesson.workspace });
  return (
    <>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made of our own program and the lesson's files */}
      <script dangerouslySetInnerHTML={{ __html: boot }} />
      <Player
        title={lesson.frontMatter.title}
        order={lesson.frontMatter.order}
        open={lesson.frontMatter.open}
        workspace={lesson.workspace}
        assets={assets}
      >
        <article className="lesson-prose">
          <h2 className="lesson-title">{lesson.frontMatter.title}</h2>
          <p className="lesson-summary">{lesson.frontMatter.summary}</p>
          <LessonContent code={lesson.code} />
        </article>
      </Player>
    </>
  );
}
