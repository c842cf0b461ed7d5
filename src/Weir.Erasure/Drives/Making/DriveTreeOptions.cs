using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Making;

/// <summary>What a drive tree is like that is to be made.</summary>
public sealed record DriveTreeOptions
{
    /// <summary>Where the drives disk1, disk2, … are made; created where it is not there.</summary>
    public required string Directory { get; init; }

    /// <summary>Data shards of each set.</summary>
    public required int Data { get; init; }

    /// <summary>Parity shards of each set, at most as many as data shards.</summary>
    public required int Parity { get; init; }

    /// <summary>Drives in all: a multiple of the set's size. 0: one set.</summary>
    public int Drives { get; init; }

    /// <summary>".minio.sys" or ".rustfs.sys".</summary>
    public string SystemDirectory { get; init; } = ".minio.sys";

    public DistributionAlgorithm Algorithm { get; init; } = DistributionAlgorithm.SipModParity;

    /// <summary>The number of the first drive, so that several pools may lie in one directory.</summary>
    public int FirstDrive { get; init; } = 1;

    /// <summary>The deployment to belong to; null makes one.</summary>
    public Guid? DeploymentId { get; init; }

    /// <summary>Makes ids repeatable.</summary>
    public int Seed { get; init; } = 1;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentException">The format knows no such tree.</exception>
    public void Validate()
    {
        if (Data < 1 || Parity < 0 || Parity > Data || Data + Parity > Coding.ReedSolomon.MaxShards)
        {
            throw new ArgumentException($"A set of {Data}+{Parity} is not possible: parity is at most as much as data, and both together at most {Coding.ReedSolomon.MaxShards}.");
        }

        if (Drives < 0 || Drives % (Data + Parity) != 0) throw new ArgumentException($"{Drives} drives do not make whole sets of {Data + Parity}.");
    }
}
