import { explain } from '../../reasons/index.ts';
import { rotationObstacle } from '../health.ts';
import { accepted, type Rule } from './rule.ts';

export const rotate: Rule<'rotate'> = {
  refusal({ config, current, rotation }) {
    if (config.holderRegistrationId !== null)
      return `The client belongs to ${config.holderRegistrationId}; rotate that one.`;
    if (current === null) return 'There is no proved credential to rotate yet.';
    const obstacle = rotationObstacle(current);
    if (obstacle !== null) return explain(obstacle);
    if (!current.manageable)
      return explain(current.supplied === true ? 'ManualRotationNeeded' : 'RotationNotSupported');
    return rotation === null || rotation.actor === 'system'
      ? null
      : `A rotation is under way already, as operation ${rotation.operationId}.`;
  },

  /** One that began by itself and waits is taken over, and goes on at once under the person's operation. */
  begin(draft, operation) {
    draft.set({ rotation: { operationId: operation.operationId, actor: operation.actor } });
    draft.event({ ...accepted(operation, 'Rotation asked for.'), type: 'credential.rotation-started' });
  },
};
