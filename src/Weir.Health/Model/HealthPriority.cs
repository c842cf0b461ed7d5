namespace Weir.Health;

/// <summary>How urgent a scan or a repair is.</summary>
public enum HealthPriority
{
    Low = 0,
    Normal = 1,
    High = 2,
    Critical = 3,
    Emergency = 4,
}
