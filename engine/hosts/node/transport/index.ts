export { DEFAULT_DOCKER_HOST, DockerHostError, parseDockerHost } from './docker-host.ts';
export { httpTransport } from './http-transport.ts';
