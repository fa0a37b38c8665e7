/** Where the guest host sees the volumes' file system (engine/guest/init mounts it there). */
export const VOLUMES_DIRECTORY = '/var/lib/docker/volumes';
