using System.Text;

namespace Weir.Lustre.Tests;

public sealed class HsmNamesTests
{
    [Fact]
    public void Every_action_is_read_back_from_its_name()
    {
        foreach (HsmAction action in Enum.GetValues<HsmAction>())
        {
            Assert.Equal(action, HsmNames.ParseAction(HsmNames.Utf8(action)));
            Assert.Equal(HsmNames.Text(action), Encoding.ASCII.GetString(HsmNames.Utf8(action)));
            Assert.Equal(action.ToString().ToUpperInvariant(), HsmNames.Text(action));
        }
    }

    [Fact]
    public void Every_status_is_read_back_from_its_name()
    {
        foreach (HsmStatus status in Enum.GetValues<HsmStatus>())
        {
            Assert.Equal(status, HsmNames.ParseStatus(HsmNames.Utf8(status)));
            Assert.Equal(HsmNames.Text(status), Encoding.ASCII.GetString(HsmNames.Utf8(status)));
            Assert.Equal(status.ToString().ToUpperInvariant(), HsmNames.Text(status));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("archive")]
    [InlineData("ARCHIVED")]
    [InlineData("STARTES")]
    public void Other_names_are_unknown(string name)
    {
        Assert.Equal(HsmAction.Unknown, HsmNames.ParseAction(Encoding.UTF8.GetBytes(name)));
        Assert.Equal(HsmStatus.Unknown, HsmNames.ParseStatus(Encoding.UTF8.GetBytes(name)));
    }

    [Theory]
    [InlineData(HsmStatus.Waiting, false)]
    [InlineData(HsmStatus.Started, false)]
    [InlineData(HsmStatus.Unknown, false)]
    [InlineData(HsmStatus.Failed, true)]
    [InlineData(HsmStatus.Canceled, true)]
    [InlineData(HsmStatus.Succeed, true)]
    public void Three_states_are_final(HsmStatus status, bool isFinal) => Assert.Equal(isFinal, status.IsFinal());
}
