namespace Weir.Erasure.Format;

/// <summary>How an object's set is chosen from its name.</summary>
public enum DistributionAlgorithm : byte
{
    /// <summary>CRC-32 of the name, in deployments from before 2019.</summary>
    CrcMod,

    /// <summary>SipHash-2-4 of the name under the deployment id.</summary>
    SipMod,

    /// <summary>The same hash; since 2021.</summary>
    SipModParity,
}
