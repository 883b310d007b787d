"""Every event there is.

Events are structs, since they are made for every request; see `ScopeSet`.
"""

from ostiary.core.model.audit.accounts import (
    AccessEnded,
    PasswordChanged,
    PasswordUpgraded,
    UserAdded,
    UserChanged,
    UserDeleted,
    UserUnlocked,
)
from ostiary.core.model.audit.administration import ConfigurationApplied, ManagementDone
from ostiary.core.model.audit.authenticators import (
    AuthenticatorAdded,
    AuthenticatorChanged,
    AuthenticatorRemoved,
    BrowserRemembered,
    BrowsersForgotten,
    SecondFactorAccepted,
    SecondFactorLocked,
    SecondFactorRefused,
    SecondFactorSkipped,
)
from ostiary.core.model.audit.devices import (
    DeviceRequestBegun,
    DeviceRequestDecided,
    UserCodeRefused,
)
from ostiary.core.model.audit.outbound import (
    DirectoryServerBack,
    DirectoryServerFailed,
    FetchFailed,
    LogoutNoticeSent,
    MessageDelivered,
    MessageFailed,
)
from ostiary.core.model.audit.references import (
    AttributesDropped,
    AttributesHandedOver,
    AttributesPickedUp,
    ReferenceRefused,
)
from ostiary.core.model.audit.sign_on import (
    ConsentGiven,
    ConsentWithdrawn,
    FlowFailed,
    OwnSessionEnded,
    PasswordAccepted,
    PasswordLocked,
    PasswordRefused,
    SignedOff,
    SignedOn,
)
from ostiary.core.model.audit.tokens import (
    AuthorizationAnswered,
    ReplayDetected,
    RequestRefused,
    TokenExchanged,
    TokenIntrospected,
    TokenIssued,
    TokenRevoked,
    UserinfoAnswered,
    UserTokenIssued,
)

Event = (
    TokenIssued
    | UserTokenIssued
    | TokenExchanged
    | AuthorizationAnswered
    | UserinfoAnswered
    | RequestRefused
    | TokenIntrospected
    | TokenRevoked
    | ReplayDetected
    | AttributesDropped
    | AttributesPickedUp
    | AttributesHandedOver
    | ReferenceRefused
    | PasswordAccepted
    | PasswordRefused
    | PasswordLocked
    | SignedOn
    | SignedOff
    | OwnSessionEnded
    | DeviceRequestBegun
    | DeviceRequestDecided
    | UserCodeRefused
    | ConsentGiven
    | ConsentWithdrawn
    | FlowFailed
    | PasswordUpgraded
    | PasswordChanged
    | UserAdded
    | UserChanged
    | AccessEnded
    | UserDeleted
    | UserUnlocked
    | AuthenticatorAdded
    | AuthenticatorChanged
    | AuthenticatorRemoved
    | SecondFactorAccepted
    | SecondFactorRefused
    | SecondFactorLocked
    | SecondFactorSkipped
    | BrowserRemembered
    | BrowsersForgotten
    | ConfigurationApplied
    | ManagementDone
    | FetchFailed
    | DirectoryServerFailed
    | DirectoryServerBack
    | LogoutNoticeSent
    | MessageDelivered
    | MessageFailed
)
