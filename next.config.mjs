/** @type {import('next').NextConfig} */
export default {
  output: 'export',
  // Folders with index.html work on every static host, with or without rewriting.
  trailingSlash: true,
  images: { unoptimized: true },
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  // Lessons are compiled while building, in Node: esbuild's binary must not be bundled.
  serverExternalPackages: ['mdx-bundler', 'esbuild'],
  allowedDevOrigins: ['127.0.0.1'],
  // `npm run typecheck` checks types, with a compiler that Next does not know yet.
  typescript: { ignoreBuildErrors: true },
};
