namespace Weft.Interchange.Tests;

public class NetrcTests
{
    [Theory]
    [InlineData("machine api.wandb.ai\n  login user\n  password one\n", "one")]
    [InlineData("machine other password two machine api.wandb.ai login user password one", "one")]
    [InlineData("default password three\nmachine api.wandb.ai password one", "one")]
    [InlineData("machine other password two default login x password three", "three")]
    [InlineData("# machine api.wandb.ai password no\nmachine API.wandb.AI password one", "one")]
    [InlineData("machine other password two", null)]
    [InlineData("machine api.wandb.ai login password", null)]
    [InlineData("", null)]
    public void The_password_of_the_machine_is_found(string text, string? password) => Assert.Equal(password, Netrc.Find(text, "api.wandb.ai")?.Reveal());

    [Fact]
    public void A_secret_prints_as_stars()
    {
        var secret = new Secret("hunter22");
        Assert.Equal("***", $"{secret}");
        Assert.Equal("a *** b", secret.RemoveFrom("a hunter22 b"));
    }

    [Theory, InlineData("0123456789abcdef0123456789abcdef01234567", true), InlineData("local-0123456789abcdef0123456789abcdef01234567", true),
        InlineData("a.b.c", true), InlineData("short", false), InlineData("0123456789abcdef0123456789abcdef 1234567", false)]
    public void Keys_are_told_from_what_is_none(string text, bool isKey) => Assert.Equal(isKey, WandbKey.LooksLikeKey(text));
}
