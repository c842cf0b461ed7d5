using Weir.Health;

namespace Weir.Server.Health;

/// <summary>Where the role that runs the health system and those who ask it meet.</summary>
public sealed class HealthDoor
{
    private volatile IHealthSystem? _system;

    /// <summary>The system of this process; null where the role does not run here.</summary>
    public IHealthSystem? System
    {
        get => _system;
        set => _system = value;
    }
}
