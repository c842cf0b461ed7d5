namespace Weir.Erasure.Format;

/// <summary>Names of <see cref="DistributionAlgorithm"/>.</summary>
public static class DistributionAlgorithmExtensions
{
    public static bool IsCrc(this DistributionAlgorithm algorithm) => algorithm == DistributionAlgorithm.CrcMod;

    /// <summary>As it stands in format.json.</summary>
    public static string Name(this DistributionAlgorithm algorithm) => algorithm switch
    {
        DistributionAlgorithm.CrcMod => "CRCMOD",
        DistributionAlgorithm.SipMod => "SIPMOD",
        _ => "SIPMOD+PARITY",
    };
}
