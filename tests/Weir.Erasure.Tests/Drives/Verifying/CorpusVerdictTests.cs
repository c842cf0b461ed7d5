using Weir.Erasure.Drives.Verifying;

namespace Weir.Erasure.Tests.Drives.Verifying;

/// <summary>What is said about a real damaged set.</summary>
public sealed class CorpusVerdictTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(VerifyMode.Normal)]
    [InlineData(VerifyMode.Deep)]
    [InlineData(VerifyMode.Quick)]
    public async Task The_older_version_lacks_two_records_alone_and_the_newer_is_below_quorum(VerifyMode mode)
    {
        List<ObjectVerdict> objects = await Verification.RunAsync(Corpus.Prepare(_directory.Path), mode);
        ObjectVerdict verdict = Assert.Single(objects);
        Assert.Equal("bucket/testobj", verdict.Name.ToString());
        Assert.Equal([Corpus.Newer, Corpus.Older], verdict.Versions.Select(version => version.VersionId));
        (VersionVerdict newer, VersionVerdict older) = (verdict.Versions[0], verdict.Versions[1]);
        Assert.Equal(Verdict.SubQuorum, newer.Verdict);
        Assert.False(newer.IsRepairable);
        Assert.Equal((3, 2, 2), (newer.Data, newer.Parity, newer.Good));

        Assert.True(older.IsRepairable, Verification.Describe(objects));
        Assert.Equal((Verdict.AtLimit, 3, 0), (older.Verdict, older.Good, older.Margin));
        Assert.Equal([ShardNeeds.Metadata, ShardNeeds.None, ShardNeeds.None, ShardNeeds.None, ShardNeeds.Metadata], older.Shards.Select(shard => shard.Needs));
        Assert.Equal([3, 4, 5, 1, 2], older.Shards.Select(shard => shard.Shard));
        Assert.Equal([FindingKind.MetadataMissing, FindingKind.VersionMissing], older.Findings.Select(finding => finding.Kind));
    }
}
