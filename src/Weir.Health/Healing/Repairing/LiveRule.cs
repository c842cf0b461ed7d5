namespace Weir.Health.Healing;

/// <summary>When repairs keep the rules of working beside a server: nothing young is touched, damage is seen twice, and what the server changes meanwhile is left alone.</summary>
public enum LiveRule
{
    /// <summary>While a process of this machine uses the drives. A server of another machine is not seen.</summary>
    WhenSeen = 0,
    Always,
    Never,
}
